/** Differences between two trees of plain data, and their application. */

import { same } from './diff.ts';
import { show } from './fields.ts';
import { ModelError } from './types.ts';

export interface Change {
  path: readonly string[];
  /** Undefined: gone. */
  value: unknown;
}

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Changes that turn `before` into `after`. Lists of another length are replaced as a whole. */
export function patch(before: unknown, after: unknown, path: readonly string[] = []): Change[] {
  if (same(before, after)) return [];
  const alike = isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after);
  if (!alike || (Array.isArray(before) && before.length !== (after as unknown as unknown[]).length) || isLeafList(after))
    return [{ path, value: after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => patch(before[key], after[key], [...path, key]));
}

/** A pair or the betas read better whole. */
const isLeafList = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item !== 'object');

/** A fresh tree without prototypes. @throws ModelError when a path leads nowhere. */
export function applyPatch(base: unknown, changes: readonly Change[]): unknown {
  const root = fresh(base);
  for (const { path, value } of changes) {
    const name = path.join('.');
    let tree = root;
    for (const key of path.slice(0, -1)) tree = has(tree, key) ? tree[key] : undefined;
    const key = path.at(-1)!;
    const known = has(tree, key);
    if (!isTree(tree) || (!known && (value === undefined || Array.isArray(tree)))) {
      throw new ModelError(`this link changes ${show(name)}, which its preset does not have`, name);
    }
    if (value !== undefined) tree[key] = value;
    else if (Array.isArray(tree)) throw new ModelError(`this link takes ${show(name)} out of a list`, name);
    else delete tree[key];
  }
  return root;
}

/** Of a list only its items count: not "length". */
const has = (tree: unknown, key: string): tree is Tree => isTree(tree) && Object.hasOwn(tree, key) && !(Array.isArray(tree) && !/^\d+$/.test(key));

function fresh(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fresh);
  if (!isTree(value)) return value;
  const copy: Tree = Object.create(null);
  for (const key of Object.keys(value)) copy[key] = fresh(value[key]);
  return copy;
}
