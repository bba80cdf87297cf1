/** What the page looks at: feature maps of a layer, and a layer's next update under the microscope. */
import type { Inspect } from '../worker/inspection.ts';
import type { Event, Watch } from '../worker/protocol.ts';
import type { Keeper } from './keeper.ts';
import { MapPainter } from './maps.ts';
import type { Microscope } from './microscope.ts';

export interface ViewerHost {
  use: Keeper['use'];
  emit(event: Event): void;
  /** What is trained; events carry it. */
  load(): number;
}

export class Viewer {
  watch: Watch | null = null;
  private inspect: Inspect | null = null;
  private readonly painter = new MapPainter();
  /** Loaded when it is first wanted. */
  private microscope: Microscope | null = null;

  constructor(private readonly host: ViewerHost) {}

  /** Looks there from now on; null: nowhere. */
  turnTo(inspect: Inspect | null): void {
    this.inspect = inspect;
    this.microscope?.hurry();
  }

  /** What stood on a lost device. */
  forget(): void {
    this.painter.forget();
    this.microscope?.close();
  }

  /** While training: what it is time for. `visible`: somebody looks. */
  async glance(visible: boolean): Promise<void> {
    if (this.painter.due) await this.paint();
    if (visible && (this.microscope?.due ?? this.inspect !== null)) await this.examine();
  }

  async paint(): Promise<void> {
    const { watch, host } = this;
    if (!watch) return;
    const { layer, sample } = watch;
    await host.use(async (trainer) => {
      const maps = await this.painter.paint(trainer, watch);
      const { labels, train } = trainer.data;
      host.emit({ type: 'maps', load: host.load(), layer, sample, label: labels[train + sample] ?? 0, maps });
    });
  }

  /** The next update of the watched layer. */
  async examine(): Promise<void> {
    const { inspect, host } = this;
    if (!inspect) return this.microscope?.close();
    this.microscope ??= new (await import('./microscope.ts')).Microscope();
    const { microscope } = this;
    await host.use(async (trainer) => {
      const inspection = await microscope.look(trainer, inspect);
      host.emit({ type: 'inspection', load: host.load(), of: inspect, inspection });
    });
  }

  /** All that can be seen while nothing moves. */
  async show(): Promise<void> {
    await this.paint();
    await this.examine();
  }
}
