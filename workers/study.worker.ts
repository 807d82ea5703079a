import { serve } from '../src/protocol/server.ts';
import { study, studyCancels } from '../src/study/study.ts';

const take = serve(study, (response) => postMessage(response), studyCancels);
addEventListener('message', (event) => take(event.data));
