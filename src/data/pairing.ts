/** Which IDX file of images belongs to which file of labels, and which pair trains. */
import type { Role } from './identify.ts';
import type { IdxFile } from './idx.ts';
import { quote } from './inflate.ts';
import { DataError } from './types.ts';

/** A recognised IDX file. */
export interface IdxPart {
  name: string;
  role: Role;
  idx: IdxFile;
}

export interface Images extends IdxPart {
  idx: Extract<IdxFile, { kind: 'images' }>;
}

export interface Labels extends IdxPart {
  idx: Extract<IdxFile, { kind: 'labels' }>;
}

/** Images with their labels. */
export interface Pair {
  images: Images;
  labels: Labels;
}

/** One file, or two of which the first trains. */
type Ordered<T> = readonly [T] | readonly [T, T];

function oneOrTwo<T extends IdxPart>(parts: readonly T[], what: string, other: IdxPart): Ordered<T> {
  const [first, second, third] = parts;
  if (!first) throw new DataError(`${quote(other.name)}: expected a file of ${what} beside it, found none`, other.name);
  if (third) throw new DataError(`${quote(third.name)}: expected at most two files of ${what} (training, test), found ${parts.length}`, third.name);
  return second ? [first, second] : [first];
}

/** The order that the names tell, or undefined when they say nothing. Throws `DataError` when both are for the same part. */
function byName<T extends IdxPart>(parts: Ordered<T>): Ordered<T> | undefined {
  const [a, b] = parts;
  if (!b) return parts;
  if (a.role && a.role === b.role) {
    const part = a.role === 'train' ? 'training' : 'test';
    throw new DataError(`${quote(b.name)}: expected one file of ${part} ${b.idx.kind}, found ${quote(a.name)} too`, b.name);
  }
  if (!a.role && !b.role) return undefined;
  return a.role === 'train' || b.role === 'val' ? [a, b] : [b, a];
}

/** The larger one trains. */
const bySize = <T extends IdxPart>([a, b]: Ordered<T>): Ordered<T> => (!b ? [a] : a.idx.count >= b.idx.count ? [a, b] : [b, a]);

/** The order in which the counts agree with those of `guide`. */
function likeGuide<T extends IdxPart>([a, b]: Ordered<T>, guide: Ordered<IdxPart>): Ordered<T> {
  return !b ? [a] : a.idx.count === guide[0].idx.count ? [a, b] : [b, a];
}

function join(images: Images, labels: Labels): Pair {
  if (images.idx.count === labels.idx.count) return { images, labels };
  throw new DataError(
    `${quote(labels.name)}: expected ${images.idx.count} labels, one for each image of ${quote(images.name)}, found ${labels.idx.count}`,
    labels.name,
  );
}

/**
 * Pairs of images and labels, training first, from files in any order (sorted by name, so that ties fall the same way each time).
 * Throws `DataError` for labels without images, images without labels, and counts or sizes that disagree.
 */
export function pairIdx(parts: readonly IdxPart[]): Pair[] {
  const imageParts = parts.filter((part): part is Images => part.idx.kind === 'images');
  const labelParts = parts.filter((part): part is Labels => part.idx.kind === 'labels');
  const images = oneOrTwo(imageParts, 'images', parts[0]);
  const labels = oneOrTwo(labelParts, 'labels', parts[0]);
  if (images.length !== labels.length) {
    const names = parts.map((part) => quote(part.name)).join(', ');
    const lone = images.length > labels.length ? images[1] : labels[1];
    throw new DataError(
      `expected one file of labels for each file of images, found ${images.length} of images and ${labels.length} of labels: ${names}`,
      lone?.name ?? '',
    );
  }
  const named = byName(images) ?? (byName(labels) ? undefined : bySize(images));
  const firstLabels = byName(labels) ?? likeGuide(labels, named ?? images);
  const firstImages = named ?? likeGuide(images, firstLabels);
  const pairs = firstImages.map((part, i) => join(part, firstLabels[i] as Labels));
  const [a, b] = firstImages;
  if (b && (a.idx.height !== b.idx.height || a.idx.width !== b.idx.width)) {
    throw new DataError(
      `${quote(b.name)}: expected images of ${a.idx.height}×${a.idx.width} as in ${quote(a.name)}, found ${b.idx.height}×${b.idx.width}`,
      b.name,
    );
  }
  return pairs;
}
