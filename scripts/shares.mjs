/** The GPU tests in shares of about equal time, for a browser each. */

/**
 * Seconds on four cores; what is not named takes few. Only the balance rests on them: every file is in one share, however wrong they are.
 * @type {Readonly<Record<string, number>>}
 */
const SECONDS = {
  ops: 115,
  networks: 95,
  faults: 50,
  claims: 45,
  common_options: 45,
  chain: 40,
  selftest: 40,
  tuner: 25,
  mnist: 25,
  cross_entropy: 25,
  microscope: 15,
  budget: 15,
  extremes: 15,
  lanes: 10,
  library: 10,
  landscape: 10,
  'runs.golden': 10,
  data_path: 10,
};
const OTHERS = 5;

const secondsOf = (file) => SECONDS[file.replace(/^.*\//, '').replace(/\.test\.tsx?$/, '')] ?? OTHERS;

/**
 * The longest first, each to the share that has least.
 * @param {readonly string[]} files
 * @param {number} count
 * @returns {string[][]} none of them empty
 */
export function shares(files, count) {
  const found = Array.from({ length: count }, () => ({ files: [], seconds: 0 }));
  for (const file of [...files].sort((a, b) => secondsOf(b) - secondsOf(a))) {
    const least = found.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.files.push(file);
    least.seconds += secondsOf(file);
  }
  return found.map((share) => share.files).filter((share) => share.length > 0);
}
