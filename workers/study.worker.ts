import { serve } from '../src/rpc/server.ts';
import { study, studyCancels } from '../src/worker/study.ts';

const take = serve(study, (response) => postMessage(response), studyCancels);
addEventListener('message', (event) => take(event.data));
