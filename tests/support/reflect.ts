/** What an entry point of linked WGSL uses, by its text: bindings that its functions name, directly or through calls. */

export interface Reflection {
  /** "0 x read", in @group(0), sorted. */
  bindings: string[];
  /** Reads @group(1). */
  step: boolean;
}

const RESOURCE = /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<storage(?:, (\w+))?>\s*(\w+)\s*:/g;

/** Text of every function by name. */
function functions(code: string): Map<string, string> {
  const found = new Map<string, string>();
  const starts = [...code.matchAll(/\bfn (\w+)\s*\(/g)];
  starts.forEach((match, k) => {
    found.set(match[1], code.slice(match.index + match[0].length, starts[k + 1]?.index ?? code.length));
  });
  return found;
}

/** @throws when there is no such entry point. */
export function reflect(code: string, entry: string): Reflection {
  const bare = code.replace(/\/\/[^\n]*/g, '');
  const resources = new Map(
    [...bare.matchAll(RESOURCE)].map(([, group, binding, access = 'read', name]) => [name, { group, text: `${binding} ${name} ${access}` }]),
  );
  const bodies = functions(bare.replace(RESOURCE, ''));
  if (!bodies.has(entry)) throw new Error(`no entry point ${entry}`);
  const used = new Set<string>();
  const reached = new Set([entry]);
  for (const name of reached) {
    // All storage is arrays, so a use is `name[`; a bare x or y may be a local variable or a component.
    for (const [, word, bracket] of (bodies.get(name) ?? '').matchAll(/(?<![.\w])([a-zA-Z_]\w*)\s*([[(]?)/g)) {
      if (bracket === '(' && bodies.has(word)) reached.add(word);
      if (bracket === '[' && resources.has(word)) used.add(word);
    }
  }
  const of = (group: string) => [...used].flatMap((name) => (resources.get(name)?.group === group ? [resources.get(name)?.text ?? ''] : []));
  return { bindings: of('0').sort(), step: of('1').length > 0 };
}
