/**
 * Points of the plane in a few classes, as images of shape [2, 1, 1]: channel 0 is x, channel 1 is y. Each set is scaled by a fixed
 * factor to a standard deviation of about 1, so that the batch needs no further standardising (mean 0, std 1).
 */
import { hash2, hashText, type Random } from '../model/random.ts';
import { bell, between, cos, sin, TAU } from './exact.ts';
import { checkRange, checkWhole, startSample } from './options.ts';
import type { Dataset } from './types.ts';

export interface ToyOptions {
  /** Training and validation samples together; four fifths are for training. */
  samples: number;
  seed: number;
  /** Standard deviation of each point's displacement, in units in which neighbouring classes lie about half a unit apart. */
  noise: number;
}

export interface SpiralOptions extends ToyOptions {
  /** How often an arm winds around the middle. */
  turns: number;
  /** One class per arm. */
  arms: number;
}

interface Toy {
  name: string;
  classes: readonly string[];
  /** Variance of one coordinate without noise. */
  variance: number;
  /** A point of class `label` without noise. */
  draw(r: Random, label: number): readonly [x: number, y: number];
}

function scatter({ name, classes, variance, draw }: Toy, options: ToyOptions): Dataset {
  const { samples, noise, seed } = options;
  checkWhole(samples, 5, 200_000, 'samples', name);
  checkRange(noise, 0, 2, 'noise', name);
  const train = Math.floor(samples * 0.8);
  const key = hash2(seed >>> 0, hashText(`data.${name}`));
  const scale = 1 / Math.sqrt(variance + noise * noise);
  const images = new Float32Array(2 * samples);
  const labels = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) {
    const { label, r } = startSample(i, train, classes.length, key);
    const [x, y] = draw(r, label);
    images[2 * i] = scale * (x + noise * bell(r));
    images[2 * i + 1] = scale * (y + noise * bell(r));
    labels[i] = label;
  }
  return { name, shape: [2, 1, 1], images, labels, classes, train, mean: [0, 0], std: [1, 1] };
}

/** Arms of an Archimedean spiral wound into each other, half a unit apart. Throws `DataError` for options out of range. */
export function spirals(options: SpiralOptions): Dataset {
  const { turns, arms } = options;
  checkWhole(arms, 2, 3, 'arms', 'spirals');
  checkRange(turns, 0.25, 4, 'turns', 'spirals');
  const reach = 0.5 * Math.max(turns * arms, 1);
  const draw = (r: Random, label: number) => {
    // The root spreads points evenly over the area; the very middle, where arms meet, stays free.
    const t = Math.sqrt(between(r, 0.02, 1));
    const angle = TAU * (turns * t + label / arms);
    return [reach * t * cos(angle), reach * t * sin(angle)] as const;
  };
  const classes = ['first arm', 'second arm', 'third arm'].slice(0, arms);
  return scatter({ name: 'spirals', classes, variance: reach * reach * 0.255, draw }, options);
}

/** A ring of radius ½ inside a ring of radius 1. Throws `DataError` for options out of range. */
export function circles(options: ToyOptions): Dataset {
  const draw = (r: Random, label: number) => {
    const angle = between(r, 0, TAU);
    const radius = label === 0 ? 0.5 : 1;
    return [radius * cos(angle), radius * sin(angle)] as const;
  };
  return scatter({ name: 'circles', classes: ['inner', 'outer'], variance: 0.3125, draw }, options);
}

/** Four squares: the class says whether the signs of x and y differ. Throws `DataError` for options out of range. */
export function xor(options: ToyOptions): Dataset {
  const draw = (r: Random, label: number) => {
    // From ¼, so that neighbouring squares are half a unit apart too.
    const x = between(r, 0.25, 1);
    const y = between(r, 0.25, 1);
    const side = r.below(2) === 0 ? 1 : -1;
    return [side * x, (label === 0 ? side : -side) * y] as const;
  };
  return scatter({ name: 'xor', classes: ['same sign', 'different sign'], variance: 0.4375, draw }, options);
}
