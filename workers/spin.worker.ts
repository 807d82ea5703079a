import { spin } from '../src/runtime/parallelism.ts';

addEventListener('message', ({ data }) => postMessage(spin(data)));
