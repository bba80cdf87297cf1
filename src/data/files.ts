/** Files that a visitor drops: read, recognised by content, and made into a data set. */
import { CIFAR10_CLASSES } from './cifar10.ts';
import { breathe, type Progress } from './cooperative.ts';
import { identify, nothingFound, type Part } from './identify.ts';
import { type Budget, MOST_BYTES, quote, readWhole, type SourceFile } from './inflate.ts';
import { type IdxPart, type Labels, pairIdx } from './pairing.ts';
import { split } from './split.ts';
import { standardise } from './standardise.ts';
import { DataError, type Dataset } from './types.ts';
import { looksLikeTar, type NamedBytes, untar } from './untar.ts';

export interface OpenOptions {
  onProgress?: Progress;
  /** Share of the samples held back for validation where no test files are among the files. Default 0.2. */
  val_fraction?: number;
  /** Of the order in which samples are then split. Default 0. */
  seed?: number;
}

type CifarPart = Extract<Part, { format: 'cifar10' }>;
type NamesPart = Extract<Part, { format: 'names' }>;

/** Reads and recognises every file; archives count as the files within. */
async function readParts(files: readonly SourceFile[], onProgress?: Progress): Promise<Part[]> {
  const budget: Budget = { bytes: MOST_BYTES };
  const parts: Part[] = [];
  const total = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  let before = 0;
  for (const [i, file] of files.entries()) {
    const share = (seen: number) => (total > 0 ? (before + seen) / total : i / files.length);
    const bytes = await readWhole(file, budget, (seen) => onProgress?.(0.9 * Math.min(share(seen), 1)));
    before += file.size ?? 0;
    // CIFAR-10's archive carries a page that says where it comes from.
    const held: NamedBytes[] = looksLikeTar(bytes)
      ? untar(bytes, file.name).filter(({ name }) => !/^\.|\.html?$/i.test(name))
      : [{ name: file.name, bytes }];
    parts.push(...held.map(identify));
    await breathe();
  }
  return parts;
}

/** Names sorted by code unit, so that the order in which files are dropped does not matter. Throws `DataError` for a name that comes twice. */
function sorted(parts: readonly Part[]): Part[] {
  const order = [...parts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = order.find((part, i) => i > 0 && part.name === order[i - 1].name);
  if (twice) throw new DataError(`${quote(twice.name)}: expected each file once, found it twice`, twice.name);
  return order;
}

/** Throws `DataError` for the first label that is not below `classes`. */
function checkLabels({ name, idx }: Labels, classes: number, because: string): void {
  const bad = idx.data.findIndex((label) => label >= classes);
  if (bad >= 0) throw new DataError(`${quote(name)}: expected labels below ${classes} (${because}), found ${idx.data[bad]} in place ${bad}`, name);
}

/** '0', '1', … up to the largest training label, or the names of the text file. */
function idxClasses(labels: readonly Labels[], text: NamesPart | undefined): readonly string[] {
  const largest = labels[0].idx.data.reduce((most, label) => Math.max(most, label), 1);
  const classes = text?.names ?? Array.from({ length: largest + 1 }, (_, i) => String(i));
  const because = text ? `${quote(text.name)} has so many lines` : `the largest label of ${quote(labels[0].name)} is ${largest}`;
  for (const part of labels) checkLabels(part, classes.length, because);
  return classes;
}

/** One array of all parts; a single part is not copied, so that a large file does not lie in memory three times while it is split. */
function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A data set from IDX files; `train` is all of it when nothing says which part validates. */
function fromIdx(parts: readonly IdxPart[], text: NamesPart | undefined): Dataset {
  const pairs = pairIdx(parts);
  const { name, idx } = pairs[0].images;
  const labelParts = pairs.map((pair) => pair.labels);
  return {
    name: quote(name.replace(/\.gz$/i, '')),
    shape: [1, idx.height, idx.width],
    images: concatenate(pairs.map((pair) => pair.images.idx.data)),
    labels: concatenate(labelParts.map((part) => part.idx.data)),
    classes: idxClasses(labelParts, text),
    train: idx.count,
    mean: [0],
    std: [1],
  };
}

/** A data set from CIFAR-10 batches, those with "test" in the name last. */
function fromCifar10(parts: readonly CifarPart[], text: NamesPart | undefined): Dataset {
  if (text && text.names.length !== CIFAR10_CLASSES.length) {
    throw new DataError(`${quote(text.name)}: expected 10 class names, one a line, found ${text.names.length}`, text.name);
  }
  const isTest = (part: CifarPart) => part.role === 'val';
  const order = [...parts.filter((part) => !isTest(part)), ...parts.filter(isTest)];
  const total = order.reduce((sum, part) => sum + part.batch.count, 0);
  const images = new Uint8Array(total * 3072);
  const labels = new Uint8Array(total);
  let at = 0;
  let train = 0;
  for (const part of order) {
    part.batch.copyImages(images, at * 3072);
    labels.set(part.batch.labels, at);
    at += part.batch.count;
    if (!isTest(part)) train = at;
  }
  return {
    name: 'CIFAR-10',
    shape: [3, 32, 32],
    images,
    labels,
    classes: text?.names ?? CIFAR10_CLASSES,
    train: train || total,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
}

/** Joins recognised files of one format. */
function assemble(parts: readonly Part[]): Dataset {
  if (parts.length === 0) throw nothingFound();
  const texts = parts.filter((part) => part.format === 'names');
  const idx = parts.filter((part) => part.format === 'idx');
  const cifar10 = parts.filter((part) => part.format === 'cifar10');
  const [first, second] = texts;
  if (second) throw new DataError(`${quote(second.name)}: expected one text file of class names, found ${quote(first.name)} too`, second.name);
  if (idx.length && cifar10.length) {
    throw new DataError(
      `${quote(cifar10[0].name)}: expected files of one format, found CIFAR-10 here and IDX in ${quote(idx[0].name)}`,
      cifar10[0].name,
    );
  }
  if (idx.length) return fromIdx(idx, first);
  if (cifar10.length) return fromCifar10(cifar10, first);
  throw new DataError(`${quote(first.name)}: expected images beside the class names, found none`, first.name);
}

/**
 * A data set from files in any order, plain or gzipped: the MNIST family's IDX files (with or without the test pair), or CIFAR-10's
 * binary batches (any of them, or the tar.gz), with class names from a text file if there is one. What validates is what is called
 * test, t10k or val, else the smaller pair, else a seeded share. Hidden files (.DS_Store) are passed over.
 * Rejects with `DataError` naming the file, what was expected and what was found.
 */
export async function openFiles(files: readonly SourceFile[], options: OpenOptions = {}): Promise<Dataset> {
  const { onProgress, val_fraction = 0.2, seed = 0 } = options;
  const visible = files.filter((file) => !file.name.startsWith('.'));
  // In one expression, so that nothing holds the files' bytes while the samples are split.
  const dataset = assemble(sorted(await readParts(visible, onProgress)));
  const whole = dataset.train === dataset.labels.length;
  const ready = whole ? split(dataset, val_fraction, seed) : { ...dataset, ...standardise(dataset.images, dataset.shape, dataset.train) };
  onProgress?.(1);
  return ready;
}
