/// <reference types="vite/client" />

/** Folder of real data sets, for tests (vitest.config.ts): DATA_DIR or ../shared/data. */
declare const __DATA_DIR__: string;
/** Whether that folder holds MNIST. A test that needs it skips by name when it does not. */
declare const __DATA_DIR_PRESENT__: boolean;
