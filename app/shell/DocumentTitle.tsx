import { useStore } from 'zustand';
import { usePages, useSession } from '../explore/state/hooks.ts';
import type { RunState } from '../explore/state/slices/run.ts';
import type { BarJob } from './jobs.ts';
import { pages } from './page.ts';

const longest = 60;

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Names the explorer's work in progress, or else the question whose answers it shows. */
function exploring({ status, reading, asked }: RunState, loading: boolean): string {
  if (loading) return 'Loading the model';
  if (reading) return `Reading the prompt, ${Math.floor((100 * reading.done) / reading.total)} %`;
  if (status === 'running') return 'Answering';
  const prompt = asked?.prompt;
  if (prompt?.kind === 'chat') return shortened(prompt.turns.at(-1)?.content ?? '');
  return prompt?.kind === 'raw' ? shortened(prompt.text) : '';
}

/** The document's title: what goes on, the page, and the name. */
export function DocumentTitle({ jobs }: { readonly jobs: readonly BarJob[] }) {
  const { stores } = useSession();
  const { page } = useStore(usePages().store);
  const run = useStore(stores.run);
  const loading = useStore(stores.model, ({ status }) => status === 'loading');
  const job = jobs.find((each) => each.page === page);
  const state = page === 'explore' ? exploring(run, loading) : job ? `${job.title}, ${job.numbers}` : '';
  const name = pages.find((each) => each.name === page)?.title;
  return <title>{[state, name, 'H-Neuron Explorer'].filter(Boolean).join(' · ')}</title>;
}
