/** Many short runs that find good settings, beside the race. Loaded when it is opened. */
import { SweepPanel } from './SweepPanel.tsx';

export const SearchPane = () => <SweepPanel />;
