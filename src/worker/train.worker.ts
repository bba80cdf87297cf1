/** The training worker: a router between the page's commands and the session. No network code in here (see docs/architecture.md). */
import { Session } from '../train/session.ts';
import type { Command, Event } from './protocol.ts';

const scope = self as unknown as { postMessage(event: Event, transfer: Transferable[]): void; onmessage: (message: MessageEvent<Command>) => void };

/** Big arrays change hands instead of being copied. */
function transfers(event: Event): Transferable[] {
  if (event.type === 'maps') return event.maps.map((m) => m.rgba.buffer as ArrayBuffer);
  if (event.type === 'points')
    return event.train.flatMap(
      (t) =>
        [
          t.step.buffer,
          t.train_loss.buffer,
          t.train_accuracy.buffer,
          t.lr.buffer,
          t.grad_norm.buffer,
          t.update_ratio.buffer,
          t.time.buffer,
        ] as ArrayBuffer[],
    );
  return [];
}

const session = new Session((event) => scope.postMessage(event, transfers(event)));
scope.onmessage = ({ data }) => session.handle(data);
