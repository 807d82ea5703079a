import { expect, type Page, test } from '@playwright/test';
import { answered, answerOf, onePage } from '../support/page.ts';

let page: Page;

onePage((opened) => {
  page = opened;
});

const slider = (name: string) => page.getByRole('slider', { name, exact: true });
const card = () => page.getByRole('region', { name: 'Neuron 28:1330', exact: true });
const groups = () => page.getByRole('region', { name: 'Groups of neurons' });

async function limitAnswers(tokens: number): Promise<void> {
  await page.getByRole('button', { name: 'Sampling' }).click();
  const length = page.getByRole('textbox', { name: 'Answer length' });
  await length.fill(String(tokens));
  await length.press('Tab');
}

test('an example is asked with its conversation, and does what was measured', async () => {
  await slider('Scale').fill('0.5');
  await page
    .getByRole('radiogroup', { name: 'Scope' })
    .getByRole('radio', { name: 'Answer only' })
    .press('Space');
  await limitAnswers(16);
  await page.getByRole('button', { name: 'Examples…' }).click();
  const examples = page.getByRole('dialog', { name: 'Examples' });
  await expect(examples.getByRole('heading')).toHaveCount(6);
  await examples.getByRole('button', { name: 'I am sure that it is 5. Is it 5?' }).click();
  await expect(page.getByRole('region', { name: 'Conversation so far' }).getByRole('listitem')).toHaveCount(
    2,
  );
  await expect(slider('Scale')).toHaveValue('3');
  await expect(page.getByRole('radio', { name: 'Everywhere' })).toBeChecked();
  await expect(answerOf(page, 'Steered')).toHaveText('Yes, it is 5.');
  await answered(page);
  await expect(answerOf(page, 'Unsteered')).toHaveText('2 + 2 equals 4.');
  await expect(answerOf(page, 'Random control')).toContainText('No, it is not.');
});

test('asking on keeps the unsteered answer, and a new conversation drops it', async () => {
  await page.getByRole('button', { name: 'Follow up' }).click();
  const conversation = page.getByRole('region', { name: 'Conversation so far' });
  await expect(conversation.getByRole('listitem').last()).toContainText('2 + 2 equals 4.');
  const question = page.getByRole('textbox', { name: 'Question' });
  await expect(question).toBeFocused();
  await page.getByRole('button', { name: 'New conversation' }).click();
  await expect(conversation).toBeHidden();
  await question.fill('What is the capital of France?');
  await question.press('Enter');
  await expect(answerOf(page, 'Unsteered')).toHaveText('The capital of France is Paris.');
  await answered(page);
});

test('doses come by themselves, and one goes to a point by clicking it', async () => {
  const doses = page.getByRole('region', { name: 'Doses' });
  const point = (factor: number) => doses.getByRole('button', { name: new RegExp(`^Scale ${factor},`) });
  // A slow machine wants to be asked; elsewhere they may begin in the moment of the click.
  const show = doses.getByRole('button', { name: 'Show them' });
  await expect(async () => {
    if (await show.isVisible()) await show.click({ timeout: 2000 });
    await expect(point(0.25)).toBeVisible({ timeout: 20_000 });
  }).toPass();
  await expect(point(0)).toHaveAccessibleName(/random neurons: /);
  await expect(point(0)).toHaveAccessibleName(/another answer/);
  await expect(doses.getByText(/^The answer changes at/)).toBeVisible();
  await point(1).click();
  await expect(slider('Scale')).toHaveValue('1');
  await expect(answerOf(page, 'Steered')).toHaveText('The capital of France is Paris.');
  await answered(page);
  await doses.getByRole('button', { name: 'The nine answers as a list' }).click();
  await expect(doses.getByRole('listitem')).toHaveCount(9);
});

test('several groups steer at once, and every step is undone and redone', async () => {
  await page.getByRole('button', { name: 'Add neurons…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add neurons' });
  const names = dialog.getByRole('textbox', { name: 'Neurons by name' });
  await names.fill('99:1');
  await names.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText("the model's layers are 0 to 29");
  await names.fill('28:1095, 23:863, 29:1233');
  await names.press('Enter');
  await expect(dialog).toBeHidden();
  const own = slider('Scale of My neurons');
  await own.fill('3');
  await expect(answerOf(page, 'Steered')).not.toHaveText('The capital of France is Paris.');
  await answered(page);
  await expect(slider('Scale')).toHaveValue('1');
  await own.press('Control+z');
  await expect(own).toHaveValue('1');
  await expect(answerOf(page, 'Steered')).toHaveText('The capital of France is Paris.');
  await page.getByRole('button', { name: 'Undo: add My neurons' }).click();
  await expect(own).toBeHidden();
  await page.getByRole('button', { name: 'Redo: add My neurons' }).click();
  await page.getByRole('button', { name: 'Redo: scale of My neurons' }).click();
  await expect(own).toHaveValue('3');
  await groups().getByRole('checkbox', { name: 'My neurons on' }).press('Space');
  await expect(answerOf(page, 'Steered')).toHaveText('The capital of France is Paris.');
  await page.getByRole('button', { name: 'Remove My neurons' }).click();
  await expect(own).toBeHidden();
  await answered(page);
});

test('a file that is no neuron set is refused in one sentence', async () => {
  await page.getByRole('button', { name: 'Add neurons…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add neurons' });
  const choosing = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Open a neuron set…' }).click();
  await (await choosing).setFiles({
    name: '"><img src=x onerror=alert(1)>.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"a": 1}'),
  });
  await expect(dialog.getByRole('alert')).toContainText('This file is not a neuron set');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('the neuron card tells what the neuron writes, scales it, and closes by Escape', async () => {
  await groups().getByRole('button', { name: '16 neurons' }).click();
  const opener = page.getByRole('button', { name: 'Card of neuron 28:1330' });
  await opener.focus();
  await opener.press('Enter');
  await expect(card()).toBeFocused();
  await expect(card()).toContainText(/norm [\d.]+, rank [\d,]+ of 46,080/);
  for (const title of ['Promotes', 'Suppresses'])
    await expect(card().getByRole('heading', { name: title })).toBeVisible();
  await expect(card().getByRole('listitem')).toHaveCount(20);
  await expect(card().getByRole('img', { name: 'Values of neuron 28:1330 over the run' })).toBeVisible();
  await card().getByRole('slider', { name: 'Neuron 28:1330' }).fill('-1');
  await expect(groups().getByRole('slider', { name: 'Neuron 28:1330' })).toHaveValue('-1');
  await answered(page);
  await card().getByRole('button', { name: 'Mute 28:1330' }).click();
  await expect(groups().getByRole('slider', { name: 'Neuron 28:1330' })).toHaveValue('0');
  await card().getByRole('button', { name: 'New group with it' }).click();
  await expect(slider('Scale of Group with 28:1330')).toBeVisible();
  await card().press('Escape');
  await expect(card()).toBeHidden();
  await expect(opener).toBeFocused();
  await answered(page);
});

test('solo leaves all other neurons as trained', async () => {
  await slider('Scale').fill('3');
  const others = groups().getByRole('slider', { name: 'Neuron 22:530' });
  await expect(others).toHaveValue('3');
  const solo = page.getByRole('button', { name: 'Solo 28:1330' }).first();
  await solo.click();
  await expect(others).toHaveValue('1');
  await solo.click();
  await expect(others).toHaveValue('3');
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(answerOf(page, 'Steered')).toHaveText('The capital of France is Paris.');
  await answered(page);
});

test('a long prompt and its doses tell how far they are and can be stopped, and nothing is lost', async () => {
  const question = page.getByRole('textbox', { name: 'Question' });
  const stop = page.getByRole('button', { name: 'Stop', exact: true }).first();
  const reading = page.getByRole('progressbar', { name: 'Reading the prompt' });
  await answered(page);
  const before = await answerOf(page, 'Unsteered').textContent();
  const long = `${'The storm came from the north and seven ships were late. '.repeat(60)}Who was late?`;
  await question.fill(long);
  await question.press('Enter');
  await expect(reading).toContainText(/Reading the prompt, [\d,]+ of [\d,]+ tokens/);
  await stop.click();
  await expect(reading).toBeHidden();
  await expect(question).toHaveValue(long);
  await expect(answerOf(page, 'Unsteered')).toHaveText(before!);
  await expect(page.getByText('These answers are to an earlier question.')).toBeVisible();

  await question.press('Enter');
  await expect(reading).toBeVisible();
  await expect(stop).toBeDisabled({ timeout: 240_000 });
  const caption = page.locator('.run-caption');
  await expect(caption).toContainText('Who was late?');
  expect((await caption.textContent())!.length).toBeLessThan(1000);

  const doses = page.getByRole('region', { name: 'Doses' });
  const show = doses.getByRole('button', { name: 'Show them' });
  const progress = doses.getByRole('progressbar', { name: 'Answering at nine strengths' });
  await expect(async () => {
    if (await show.isVisible()) await show.click({ timeout: 2000 });
    await expect(progress).toContainText(/Reading the prompt, [\d,]+ of [\d,]+ tokens/, { timeout: 20_000 });
  }).toPass();
  await doses.getByRole('button', { name: 'Stop the doses' }).click();
  await expect(progress).toBeHidden();
  await expect(show).toBeEnabled();
  await expect(doses.getByRole('alert')).toHaveCount(0);
});
