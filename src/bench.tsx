import { exposeLab } from './store/lab.ts';
import { BenchPage } from './ui/lab/BenchPage.tsx';
import { mountPage } from './ui/lab/mount.tsx';

exposeLab();
mountPage(BenchPage);
