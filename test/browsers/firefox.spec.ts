import { ensureFirefox } from '../../scripts/lib/other-browsers.mjs';
import { openFirefox } from './firefox-page.ts';
import { testPagePath } from './page-path.ts';

testPagePath('Firefox', async () => openFirefox(await ensureFirefox()));
