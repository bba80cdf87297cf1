import { startSurfaces } from './store/surfaces.ts';
import { mountPage } from './ui/lab/mount.tsx';
import { SurfacePage } from './ui/surfaces/SurfacePage.tsx';

startSurfaces();
mountPage(SurfacePage);
