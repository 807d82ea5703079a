import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { keepAddress, keptState } from './state/address.ts';
import { createEngine } from './state/engine.ts';
import { fetchWaitingParts, later, onMissingPart, whenIdle } from './state/later.ts';
import { everyOtherFrame } from './state/pacing.ts';
import { createPages } from './state/page.ts';
import { fetchFileReader } from './state/read-file.ts';
import { createSession } from './state/session.ts';
import { shippedSets } from './state/sets.ts';
import { startModel } from './state/start.ts';
import { createStudyClient } from './state/study.ts';
import { createTabs } from './state/tabs.ts';
import { createTheme } from './state/theme.ts';
import { createVersionWatch, readPageAnew } from './state/version.ts';
import { createWorks } from './state/works.ts';
import { followLink, restore } from './takeaway/links.ts';
import { showFirstRun } from './takeaway/runs.ts';

const theme = createTheme();
const pages = createPages();
const engine = createEngine(
  () => new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module' }),
);
const session = createSession(
  engine,
  everyOtherFrame(requestAnimationFrame),
  (model) => shippedSets(document.baseURI, model),
  createTabs(navigator.locks),
);
const study = createStudyClient();
const works = createWorks(session, study);
const ownScript = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? undefined;
const version = createVersionWatch(import.meta.env.PROD ? ownScript : undefined, readPageAnew);
// The first picture before the model, which takes all the processor there is.
async function start(): Promise<void> {
  const before = keptState();
  const loadFirst = () => startModel(session);
  if (before) {
    keepAddress(session, pages, true);
    await restore(session, before, loadFirst);
    return;
  }
  const found = await followLink(session, location.hash);
  if (!found) {
    await showFirstRun(session);
    // Where three rows of tokens have no room, the answers are read as text.
    if (matchMedia('(max-width: 760px)').matches) session.stores.view.setState({ layout: 'text' });
  }
  keepAddress(session, pages, false);
  await loadFirst();
}
void start();
addEventListener('hashchange', () => {
  if (pages.follow()) void followLink(session, location.hash);
});
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App session={session} works={works} theme={theme} pages={pages} version={version} />
  </StrictMode>,
);

// The workers' code comes with their first call.
later(() => study.call('runs', {}));
later(fetchFileReader);
const fetchParts = () => void fetchWaitingParts(whenIdle);
fetchParts();
onMissingPart(() => void version.look());
addEventListener('online', fetchParts);
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void version.look();
});
