import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { answered, answerOf, holdModel } from '../support/page.ts';

const tiny = join(fileURLToPath(new URL('../fixtures/', import.meta.url)), 'gguf/tiny-llama.gguf');

/** Keeps the device that a worker asks for within reach of the test. */
const keepDevice = `
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...options) {
  globalThis.testDevice = await request.apply(this, options);
  return globalThis.testDevice;
};
`;

test('a device that is lost in the midst leaves prompt and answers, and one click brings the model back', async ({
  page,
}) => {
  await page.route('**/engine.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: keepDevice + (await response.text()) });
  });
  await holdModel(page);
  await page.goto('./');
  await page.getByRole('button', { name: 'Sampling' }).click();
  await page.getByRole('textbox', { name: 'Answer length' }).fill('6');
  await page.getByRole('textbox', { name: 'Answer length' }).press('Tab');
  await page.getByRole('button', { name: 'Model and device' }).click();
  await page
    .getByRole('radiogroup', { name: 'Device' })
    .getByRole('radio', { name: 'WebGPU' })
    .press('Space');
  await page.getByRole('dialog').getByRole('button', { name: 'Choose a model…' }).click();
  await page.getByRole('tab', { name: 'From disk' }).click();
  const picker = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files…' }).click();
  await (await picker).setFiles(tiny);
  const status = page.getByRole('status', { name: 'Model' });
  await expect(status).toContainText('tiny-llama, ready on WebGPU', { timeout: 120_000 });
  await answered(page);
  const answer = await answerOf(page, 'Unsteered').textContent();
  await page.getByRole('textbox', { name: 'Question' }).fill('Why is the sky blue?');
  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('2');
  await answered(page);

  const worker = page.workers().find((each) => /engine\.worker/.test(each.url()))!;
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await worker.evaluate(() => (globalThis as unknown as { testDevice: GPUDevice }).testDevice.destroy());
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'The graphics device was lost' })).toBeVisible();
  await expect(status).toContainText('tiny-llama was lost');
  await expect(page.getByRole('textbox', { name: 'Question' })).toHaveValue('Why is the sky blue?');
  await expect(answerOf(page, 'Unsteered')).not.toBeEmpty();
  expect(answer).not.toBe('');

  await page.getByRole('button', { name: 'Load it again' }).click();
  await expect(status).toContainText('tiny-llama, ready on WebGPU', { timeout: 120_000 });
  await answered(page);
  await expect(page.getByRole('slider', { name: 'Scale', exact: true })).toHaveValue('2');
  await expect(answerOf(page, 'Unsteered')).not.toBeEmpty();
  await expect(page.getByRole('alert').filter({ hasText: 'lost' })).toBeHidden();
});
