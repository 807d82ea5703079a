import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { everyOtherFrame } from './explore/state/pacing.ts';
import { createSession } from './explore/state/session.ts';
import { shippedSets } from './explore/state/sets.ts';
import { followLink, restore } from './export/links.ts';
import { showFirstRun } from './export/runs.ts';
import { keepAddress, keptState } from './link/address.ts';
import { App } from './shell/App.tsx';
import { createEngine } from './shell/engine.ts';
import { createPages } from './shell/page.ts';
import { startModel } from './shell/start.ts';
import { createTabs } from './shell/tabs.ts';
import { createTheme } from './shell/theme.ts';
import { createVersionWatch, readPageAnew } from './shell/version.ts';
import { createWorks } from './shell/works.ts';
import { fetchFileReader } from './studies/read-file.ts';
import { createStudyClient } from './studies/study.ts';
import { fetchWaitingParts, later, onMissingPart, whenIdle } from './ui/later.ts';

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
