import { exposeLab } from './store/lab.ts';
import { mountPage } from './ui/lab/mount.tsx';
import { SelfTestPage } from './ui/lab/SelfTestPage.tsx';

exposeLab();
mountPage(SelfTestPage);
