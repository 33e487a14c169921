// Conversations over the text: what is sent stands in the field as tokens, turns can be changed and tried again, templates are bounded, and a full context is
// dealt with as the person says.
import { complaints } from '../support/axe.ts';
import { startHubServer } from '../support/hub-server.ts';
import { inUse, lookAt, openWithoutModel } from '../support/open-model.ts';
import {
  announced,
  openPage,
  setHub,
  setNumbers,
  setText,
  sidewaysOf,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { shippedModel } from '../support/page-models.ts';
import { expect, goOn, holdAfter, type Locator, type Page, test } from '../support/tests.ts';

const chat = (page: Page): Locator => page.getByRole('region', { name: 'Chat', exact: true });
const message = (page: Page): Locator => chat(page).getByRole('textbox', { name: 'Message', exact: true });
const turns = (page: Page): Locator =>
  chat(page)
    .getByRole('list', { name: 'Turns' })
    .getByRole('listitem', { name: /^Turn / });

async function openChat(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Chat', exact: true }).click();
  await expect(message(page)).toBeVisible();
}

async function answered(page: Page): Promise<void> {
  await expect(chat(page).getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  // It stands below the last reply once that has ended.
  await expect(chat(page).getByRole('button', { name: 'Measure without the cache' })).toBeVisible();
}

async function say(page: Page, words: string): Promise<void> {
  const before = await turns(page).count();
  await message(page).fill(words);
  await message(page).press('Enter');
  await expect(turns(page)).toHaveCount(before + 2);
  await answered(page);
}

async function setTemplate(page: Page, source: string): Promise<void> {
  const field = chat(page).getByRole('textbox', { name: 'Template source' });
  if (!(await field.isVisible())) await chat(page).getByText('System prompt and template').click();
  await field.fill(source);
}

test('turns by keyboard, what they cost, other replies and other words as branches, Markdown that cannot act', async ({
  page,
}) => {
  await openPage(page);
  await setText(page, 'My own text');
  await setNumbers(page, { Length: 6 });
  await openChat(page);
  await message(page).pressSequentially('Tell me');
  await message(page).press('Shift+Enter');
  await message(page).pressSequentially('of a fox.');
  // Enter of an input method chooses its words.
  await message(page).evaluate(field => {
    const init = { key: 'Enter', bubbles: true, cancelable: true, isComposing: true };
    field.dispatchEvent(new KeyboardEvent('keydown', init));
  });
  await expect(message(page)).toHaveValue('Tell me\nof a fox.');
  await expect(turns(page)).toHaveCount(0);
  await message(page).press('Enter');
  await expect(turns(page)).toHaveCount(2);
  await answered(page);
  expect(await textOf(page)).toMatch(/^User: Tell me\nof a fox\.\nAssistant:/);
  expect((await tokensOf(page)).filter(({ origin }) => origin === 'drawn')).not.toHaveLength(0);
  await say(page, 'And then?');
  await expect(turns(page).last()).toContainText(/[1-9]\d* tokens re-used from the cache.*, \d+ computed/s);
  expect(await complaints(page)).toEqual([]);

  const second = await textOf(page);
  await chat(page).getByRole('button', { name: 'Another reply as turn 4' }).click();
  await expect(turns(page).last().getByText('2 of 2')).toBeVisible();
  expect(await textOf(page)).not.toBe(second);
  await turns(page).last().getByRole('button', { name: 'Earlier branch of turn 4' }).click();
  await expect(textArea(page)).toHaveValue(second);

  await chat(page).getByRole('button', { name: 'Edit turn 1' }).click();
  await chat(page).getByRole('textbox', { name: 'New text of turn 1' }).fill('Tell me of a bear.');
  await chat(page).getByRole('button', { name: 'Answer this instead' }).click();
  await expect(turns(page)).toHaveCount(2);
  await answered(page);
  expect(await textOf(page)).toMatch(/^User: Tell me of a bear\.\nAssistant:/);

  await chat(page).getByRole('button', { name: 'Edit turn 2' }).click();
  const hostile =
    '<think>Hm.</think> Some **bold** words <img src="/x.png" onerror="alert(1)"> and [a link](javascript:alert(1))';
  await chat(page).getByRole('textbox', { name: 'New text of turn 2' }).fill(hostile);
  await chat(page).getByRole('button', { name: 'Let it say this' }).click();
  const reply = turns(page).last();
  await expect(reply.locator('strong')).toHaveText('bold');
  await expect(reply.locator('img, a[href]')).toHaveCount(0);
  await expect(reply.getByText('Hm.')).toBeHidden();
  await reply.getByText('Thought', { exact: true }).click();
  await expect(reply.getByText('Hm.')).toBeVisible();
  await chat(page).getByText('As text', { exact: true }).click();
  await expect(reply).toContainText('Some **bold** words <img');

  await page.reload();
  await openChat(page);
  await expect(turns(page)).toHaveCount(2);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await sidewaysOf(page)).toBe(0);
});

test('a template that never ends is stopped and named; a full context is dealt with as it was shown', async ({
  page,
}) => {
  await openPage(page);
  await setText(page, '');
  await setNumbers(page, { Length: 4 });
  await openChat(page);
  await setTemplate(page, '{% for i in range(99999) %}{% for k in range(99999) %}{% endfor %}{% endfor %}');
  await message(page).fill('Hello');
  await message(page).press('Enter');
  await expect(chat(page).getByRole('alert')).toContainText('did not end within a second');
  await expect(message(page)).toHaveValue('Hello');
  await chat(page).getByRole('button', { name: 'Back to the plain template' }).click();
  await message(page).press('Enter');
  await expect(turns(page)).toHaveCount(2);
  await answered(page);
  await expect(chat(page).getByRole('alert')).toHaveCount(0);

  await say(page, 'The fox ran. '.repeat(50));
  await message(page).fill('The bear ran. '.repeat(80));
  await message(page).press('Enter');
  const full = chat(page).getByRole('region', { name: 'The context is full' });
  await expect(full).toContainText('Nothing was sent');
  const before = await textOf(page);
  await chat(page).getByText('Drop oldest', { exact: true }).click();
  await expect(full).toContainText(/go: \d+ turns 1 to 4/);
  expect(await complaints(page)).toEqual([]);
  expect(await textOf(page)).toBe(before);
  await full.getByRole('button', { name: 'Use this plan' }).click();
  await expect(full).toHaveCount(0);
  await answered(page);
  expect(await textOf(page)).toMatch(/^User: The bear ran\./);
  await expect(chat(page).getByText('not in the text')).toHaveCount(4);
});

test('Esc stops a reply, which goes on when asked', async ({ page }) => {
  await openPage(page);
  await setText(page, '');
  await openChat(page);
  await message(page).fill('Hello');
  await holdAfter(page, 'token', 3);
  await message(page).press('Enter');
  await expect(turns(page)).toHaveCount(2);
  await message(page).press('Escape');
  await goOn(page);
  await expect(chat(page).getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  await expect(announced(page)).toContainText(/stopped/i);
  const stopped = await textOf(page);
  await holdAfter(page, 'token', 3);
  await chat(page).getByRole('button', { name: 'Continue this reply' }).click();
  await expect.poll(async () => (await textOf(page)).length).toBeGreaterThan(stopped.length);
  await chat(page).getByRole('button', { name: 'Stop the reply' }).click();
  await goOn(page);
  await expect(chat(page).getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  expect((await textOf(page)).startsWith(stopped)).toBe(true);
  await expect(turns(page)).toHaveCount(2);
});

test('the template in a file of a model of the Hub writes special tokens as chips', { tag: '@engine' }, async ({
  page,
}) => {
  const template =
    "{% for m in messages %}<|endoftext|>{{ m.role + ': ' + m.content }}{% endfor %}{% if add_generation_prompt %}<|endoftext|>assistant:{% endif %}";
  const hub = await startHubServer({
    models: { 'acme/chatty': { ...shippedModel(), 'chat_template.jinja': template } },
  });
  try {
    await setHub(page, hub.url);
    await openWithoutModel(page);
    const dialog = await lookAt(page, 'acme/chatty');
    await dialog.getByRole('button', { name: /^Download / }).click();
    await inUse(page, 'acme/chatty', /f16 /);
    await page.keyboard.press('Escape');
    await setText(page, '');
    await setNumbers(page, { Length: 4 });
    await openChat(page);
    await say(page, 'Hello');
    expect(await textOf(page)).toMatch(/^<\|endoftext\|>user: Hello<\|endoftext\|>assistant:/);
    const chips = (await tokensOf(page)).filter(({ text }) => text === '<|endoftext|>');
    expect(chips).toHaveLength(2);
    await chat(page).getByText('System prompt and template').click();
    await expect(chat(page).getByRole('textbox', { name: 'Template source' })).toHaveValue(template);
  } finally {
    await hub.close();
  }
});

test('a model is told of commands and calls them: the result is a turn that can be changed, and nothing unallowed is asked', async ({
  page,
}) => {
  const template =
    "{% if tools %}{{ 'Tools: ' + tools|tojson + '\n' }}{% endif %}{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
  await openPage(page);
  await setText(page, '');
  await setNumbers(page, { Length: 4 });
  await openChat(page);
  const offer = chat(page).getByRole('checkbox', { name: 'Let it call my commands' });
  await setTemplate(page, template.replace('tools', 'nothing').replace('tools', 'nothing'));
  await expect(offer).toBeDisabled();
  await expect(chat(page).getByText('has no place for tools')).toBeVisible();
  await setTemplate(page, template);
  await expect(offer).toBeDisabled();

  await page.getByRole('tab', { name: 'Commands', exact: true }).click();
  const commands = page.getByRole('region', { name: 'Commands', exact: true });
  for (const [name, by, source] of [
    ['WEATHER', 'Expression', 'argument + ": rain"'],
    ['SECRET', 'Address', 'https://unallowed.example/{argument}'],
  ] as const) {
    await commands.getByRole('button', { name: 'New command' }).click();
    await commands.getByRole('textbox', { name: 'Name' }).fill(name);
    await commands.getByRole('group', { name: 'Who answers' }).getByText(by, { exact: true }).click();
    await commands.getByRole('textbox', { name: /^(Address;|JavaScript)/ }).fill(source);
    await page.getByRole('tab', { name: 'Token', exact: true }).click();
    await page.getByRole('tab', { name: 'Commands', exact: true }).click();
    await commands.getByRole('button', { name: 'Keep command' }).click();
  }
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await openChat(page);
  if (!(await offer.isVisible())) await chat(page).getByText('System prompt and template').click();
  await offer.check();
  await say(page, 'Is it raining?');
  expect(await textOf(page)).toMatch(/^Tools: \[\{"type": "function", "function": \{"name": "WEATHER"/);

  const calling = async (turn: number, name: string): Promise<void> => {
    await chat(page)
      .getByRole('button', { name: `Edit turn ${turn}` })
      .click();
    const call = `<tool_call>{"name": "${name}", "arguments": {"argument": "Rome"}}</tool_call>`;
    await chat(page)
      .getByRole('textbox', { name: `New text of turn ${turn}` })
      .fill(call);
    await chat(page).getByRole('button', { name: 'Let it say this' }).click();
    await expect(turns(page).last()).toContainText(`Calls ${name}`);
    await chat(page).getByRole('button', { name: 'Answer its call' }).click();
  };
  await calling(2, 'WEATHER');
  await expect(turns(page)).toHaveCount(4);
  await expect(turns(page).nth(2)).toContainText(/WEATHER · from an expression.*Rome: rain/s);
  await answered(page);
  const external = (await tokensOf(page)).filter(({ origin }) => origin === 'external');
  expect(external.length).toBeGreaterThan(2);
  expect(await complaints(page)).toEqual([]);

  await chat(page).getByRole('button', { name: 'Edit turn 3' }).click();
  await chat(page).getByRole('textbox', { name: 'New text of turn 3' }).fill('Rome: sun');
  await chat(page).getByRole('button', { name: 'Go on from this result' }).click();
  await expect(turns(page).nth(2)).toContainText(/from a person(?!.* ms).*Rome: sun/s);
  await expect(turns(page)).toHaveCount(4);
  await answered(page);
  expect(await textOf(page)).toContain('tool: Rome: sun\nassistant: ');

  await calling(4, 'SECRET');
  await expect(chat(page).getByRole('alert')).toContainText('not on your list of allowed addresses');
  expect(await complaints(page)).toEqual([]);
  await chat(page).getByRole('button', { name: 'Give a result myself' }).click();
  const result = chat(page).getByRole('textbox', { name: /^Result of SECRET/ });
  await result.fill('none of your business');
  await chat(page).getByRole('button', { name: 'Edit turn 1' }).click();
  await chat(page).getByRole('textbox', { name: 'New text of turn 1' }).fill('Half a thought');
  // What is half written outlives a look at another view.
  await page.getByRole('tab', { name: 'Token', exact: true }).click();
  await openChat(page);
  await expect(chat(page).getByRole('textbox', { name: 'New text of turn 1' })).toHaveValue('Half a thought');
  await chat(page).getByRole('button', { name: 'Leave it' }).click();
  await expect(result).toHaveValue('none of your business');
  await chat(page).getByRole('button', { name: 'Give this result' }).click();
  await expect(turns(page)).toHaveCount(6);
  expect(asked.filter(url => url.includes('unallowed'))).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await sidewaysOf(page)).toBe(0);
});
