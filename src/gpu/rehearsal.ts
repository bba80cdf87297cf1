/**
 * A step that is taken back: what a training step changes for good is copied aside on the GPU, the step is done, whoever wants to look copies
 * what is to be seen, and everything is put back. All of it is sent in one turn of the event loop, so nothing can come between, and training
 * goes on bit for bit as if it had not been.
 */
import { COPY_DST } from './buffers.ts';
import type { Program } from './program.ts';

const COPY_SRC = 0x4;
/** A step writes these before it reads them. */
const TRANSIENT = /^(slot\d+|partials|step_loss|labels)$/;

interface Saved {
  buffer: GPUBuffer;
  copy: GPUBuffer;
}

/** Ids of the buffers whose contents a step hands on to the next. */
function lasting({ plan }: Program): string[] {
  const written = [...plan.train, ...plan.closing].flatMap((d) => d.bindings.flatMap((b) => (b?.access === 'read_write' ? [b.buffer] : [])));
  return [...new Set(written)].filter((id) => !TRANSIENT.test(id));
}

export class Rehearsal {
  private constructor(
    readonly program: Program,
    private readonly saved: readonly Saved[],
  ) {}

  /** Null where the GPU has no room for the copies. */
  static async create(program: Program): Promise<Rehearsal | null> {
    const { device } = program.gpu;
    device.pushErrorScope('out-of-memory');
    const saved = lasting(program).map((id) => {
      const buffer = program.buffer(id);
      return { buffer, copy: device.createBuffer({ label: `${id} aside`, size: buffer.size, usage: COPY_SRC | COPY_DST }) };
    });
    const rehearsal = new Rehearsal(program, saved);
    if ((await device.popErrorScope()) === null) return rehearsal;
    rehearsal.destroy();
    return null;
  }

  private copy(pick: (saved: Saved) => [from: GPUBuffer, to: GPUBuffer]): void {
    const { device } = this.program.gpu;
    const encoder = device.createCommandEncoder();
    for (const each of this.saved) {
      const [from, to] = pick(each);
      encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    }
    device.queue.submit([encoder.finish()]);
  }

  /** `act` must send all it has to send before it returns. */
  run<T>(act: () => T): T {
    this.copy(({ buffer, copy }) => [buffer, copy]);
    try {
      return act();
    } finally {
      this.copy(({ buffer, copy }) => [copy, buffer]);
    }
  }

  destroy(): void {
    for (const { copy } of this.saved) copy.destroy();
  }
}
