/** The lab as a fragment: "v=1&scene=ravine-and-saddle&plots.0.start=[-5,1]". What differs from a scene, readably; never sent to a server. */
import { show } from '../fields.ts';
import { decodeChange, encodeChange, LINK_LIMITS, LINK_VERSION, parseFragment } from '../link.ts';
import { applyPatch, patch } from '../patch.ts';
import { ModelError } from '../types.ts';
import { restoreLab, type SurfaceLab } from './lab.ts';
import { sceneOf, scenes } from './scenes.ts';

/** Without "#". The scene that it differs from least. */
export function encodeLab(lab: SurfaceLab): string {
  const all = scenes.map(({ id, lab: base }) => [`v=${LINK_VERSION}`, `scene=${id}`, ...patch(base, lab).map(encodeChange)].join('&'));
  return all.reduce((best, fragment) => (fragment.length < best.length ? fragment : best));
}

/** @throws ModelError, and nothing else: one sentence that names the part that is wrong. */
export function decodeLab(fragment: string): SurfaceLab {
  if (fragment.length > LINK_LIMITS.encoded) throw new ModelError('this link is too long', '');
  const parts = parseFragment(fragment);
  const id = parts.get('scene');
  const base = id === undefined ? undefined : sceneOf(id);
  if (!base) {
    const what = id === undefined ? 'this link names no scene' : `scene ${show(id)} is not known`;
    throw new ModelError(`${what}; known are ${scenes.map((scene) => scene.id).join(', ')}`, 'scene');
  }
  const changes = [...parts].filter(([key]) => key !== 'v' && key !== 'scene').map(([key, value]) => decodeChange(key, value));
  return restoreLab(applyPatch(base.lab, changes));
}
