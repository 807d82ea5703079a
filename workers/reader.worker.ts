import { serve } from '../src/protocol/server.ts';
import { reader } from '../src/study/reader.ts';

const take = serve(reader, (response) => postMessage(response), {});
addEventListener('message', (event) => take(event.data));
