import { spin } from '../src/model/runtime/parallelism.ts';

addEventListener('message', ({ data }) => postMessage(spin(data)));
