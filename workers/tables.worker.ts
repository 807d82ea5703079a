import { serve } from '../src/protocol/server.ts';
import { tables } from '../src/study/tables.ts';

const take = serve(tables, (response) => postMessage(response), {});
addEventListener('message', (event) => take(event.data));
