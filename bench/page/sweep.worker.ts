import type { ComplianceItem } from '../../src/datasets/suites/suite.ts';
import { blobSource } from '../../src/lib/bytes/source.ts';
import { browserRuntimes } from '../../src/model/runtime/browser.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { wasmPaths } from '../../workers/wasm-files.ts';
import { answerCalls } from './calls.ts';
import { openSweep, type Sweep, timeSweep } from './sweep.ts';

let sweep: Sweep | undefined;

const handlers = {
  async open(input: { url: string; name: string; members: readonly NeuronRef[]; controls: number }) {
    const blob = await (await fetch(input.url)).blob();
    const runtime = await browserRuntimes({ wasmPaths }).wasm();
    sweep = await openSweep(blobSource(blob, input.url), runtime, input);
    return { threads: runtime.threads, lanes: sweep.plan.sets.length * sweep.plan.alphas.length };
  },
  time({ suite, items }: { suite: string; items: readonly ComplianceItem[] }) {
    if (!sweep) throw new Error('no model is open');
    return timeSweep(sweep, suite, items);
  },
};

export type SweepHandlers = typeof handlers;

answerCalls(handlers);
