import { serve } from '../src/rpc/server.ts';
import { reader } from '../src/worker/reader.ts';

const take = serve(reader, (response) => postMessage(response), {});
addEventListener('message', (event) => take(event.data));
