export * from '../../src/gpu/selftest_case.ts';
