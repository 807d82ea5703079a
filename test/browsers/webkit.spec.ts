import { ensureWebKit } from '../../scripts/lib/other-browsers.mjs';
import { testPagePath } from './page-path.ts';
import { openWebKit } from './webkit-page.ts';

testPagePath('WebKit', async () => {
  const { driver, miniBrowser } = await ensureWebKit();
  return openWebKit(driver, miniBrowser);
});
