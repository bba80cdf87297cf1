/** Shaders as they are sent: without what only people read. Marks that the linker looks for (`// @unroll`, `// @some`) stay. */
import { readFileSync } from 'node:fs';

const COMMENT = /[ \t]*\/\/(?! @(?:unroll|some)\b).*$/gm;

export const shrink = (text) =>
  text
    .replace(COMMENT, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{2,}/g, '\n')
    .replace(/^\n/, '');

/** For builds; in development shaders are read as they stand. */
export const shrinkShaders = () => ({
  name: 'shrink-shaders',
  apply: 'build',
  enforce: 'pre',
  load(id) {
    const [file, query] = id.split('?');
    if (query !== 'raw' || !file.endsWith('.wgsl')) return null;
    return `export default ${JSON.stringify(shrink(readFileSync(file, 'utf8')))}`;
  },
});
