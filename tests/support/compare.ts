export * from '../../src/gpu/selftest_compare.ts';
