/** The device of a session: asked for when it is needed, and again after it was lost. */
import { type Gpu, requestGpu } from '../gpu/device.ts';

interface LeaseEvents {
  asking(): void;
  granted(gpu: Gpu): void;
  /** Once for each device, when it is gone. */
  lost(message: string): void;
}

export class Lease {
  private gpu: Promise<Gpu> | null = null;
  private readonly events: LeaseEvents;

  constructor(events: LeaseEvents) {
    this.events = events;
  }

  /** A device that is there, as far as anyone knows. Rejects with UnavailableError; the next call asks again. */
  acquire(): Promise<Gpu> {
    this.gpu ??= this.request();
    return this.gpu;
  }

  private async request(): Promise<Gpu> {
    this.events.asking();
    try {
      const gpu = await requestGpu();
      this.events.granted(gpu);
      void gpu.lost.then((message) => {
        this.gpu = null;
        this.events.lost(message);
      });
      return gpu;
    } catch (error) {
      this.gpu = null;
      throw error;
    }
  }

  /** What a driver reset does, for tests and for teaching. */
  destroyDevice(): void {
    void this.gpu?.then(({ device }) => device.destroy());
  }
}
