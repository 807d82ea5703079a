import type { CancelledBy } from '../rpc/calls.ts';
import { type HandlersOf, serve } from '../rpc/server.ts';
import type { Calls, Request, Response } from './engine-calls.ts';

export type Handlers = HandlersOf<Calls>;

/** A newer answer takes the place of an older one, and of doses and runs, which work behind answers. */
const cancelledByEngineCalls: CancelledBy<Calls> = {
  load: ['load', 'generate', 'reread', 'dose', 'identify', 'impact'],
  generate: ['generate', 'reread', 'dose', 'identify', 'impact'],
  reread: ['reread'],
  dose: ['dose'],
  identify: ['identify'],
  impact: ['impact'],
  free: ['load', 'generate', 'reread', 'dose', 'identify', 'impact'],
};

/** Answers the engine's calls: those that use the model run one after another. */
export function serveEngine(
  handlers: Handlers,
  post: (response: Response) => void,
): (request: Request) => void {
  return serve(handlers, post, cancelledByEngineCalls);
}
