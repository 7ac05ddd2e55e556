// A person in the playground's page: finds things by their visible words and roles, as people do.
import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';

export type BrowserPerson = ReturnType<typeof createBrowserPerson>;
type Words = string | RegExp;

export function createBrowserPerson(page: Page) {
  const messages = page.getByRole('list', { name: /^Messages in/ }).getByRole('article');
  /** The number of messages before this person's last action. */
  let before = 0;
  const marking = async (): Promise<void> => {
    before = await messages.count();
  };
  const dialog = (title: Words): Locator => page.getByRole('dialog', { name: title });

  return {
    page,
    messages,
    dialog,
    async goesTo(place: Words): Promise<void> {
      await page.getByRole('navigation', { name: 'Workspace' }).getByRole('button', { name: place }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await marking();
    },
    async becomes(name: string): Promise<void> {
      await page.getByLabel('You are').selectOption({ label: name });
      await marking();
    },
    async types(text: string): Promise<void> {
      const composer = page.getByRole('textbox', { name: /^Message/ });
      await composer.waitFor();
      await marking();
      await composer.fill(text);
      await composer.press('Enter');
    },
    /** Waits for words in a message since this person last acted, and returns it. */
    async sees(words: RegExp): Promise<Locator> {
      const at = await eventually(
        () => `a new message with ${words}`,
        async () => {
          const texts = (await messages.allInnerTexts()).slice(before);
          const found = texts.findLastIndex((text) => words.test(text));
          return found === -1 ? null : { index: before + found };
        },
      ).catch(async (error: Error) => {
        const shown = (await messages.allInnerTexts()).slice(-4);
        const alerts = await page.getByRole('alert').allInnerTexts();
        throw new Error(`${error.message}; there is\n${[...shown, ...alerts].join('\n--\n')}`);
      });
      return messages.nth(at.index);
    },
    /** The newest message with these words, whenever it came. */
    message: (words: RegExp): Locator => messages.filter({ hasText: words }).last(),
    /** Presses the button in the newest message that has it; `yes` names the button that confirms. */
    async presses(name: Words, yes?: string): Promise<void> {
      const button = messages.getByRole('button', { name }).last();
      await button.waitFor();
      await marking();
      await button.click();
      if (yes) await page.getByRole('dialog').getByRole('button', { name: yes, exact: true }).click();
    },
    /** Chooses an entry of a message's menu. */
    async chooses(menu: Words, entry: Words): Promise<void> {
      await marking();
      await messages.getByRole('button', { name: menu }).last().click();
      await page.getByRole('menuitem', { name: entry }).click();
    },
    /** Fills fields of the modal by their labels: a text, or whether a box is ticked. */
    async fills(title: Words, fields: Record<string, string | boolean>): Promise<Locator> {
      const modal = dialog(title);
      for (const [label, value] of Object.entries(fields)) {
        if (typeof value === 'boolean') await modal.getByRole('checkbox', { name: label }).setChecked(value);
        else await modal.getByRole('textbox', { name: label, exact: true }).fill(value);
      }
      return modal;
    },
    /** Searches in a select of the modal and takes the option of that name. */
    async picks(title: Words, label: string, typed: string, option: Words): Promise<void> {
      const modal = dialog(title);
      const box = modal.getByRole('combobox', { name: label });
      await box.click();
      await box.fill(typed);
      await modal.getByRole('option', { name: option }).click();
    },
    async submits(title: Words, button: Words): Promise<void> {
      await marking();
      await dialog(title)
        .getByRole('button', { name: button, exact: typeof button === 'string' })
        .click();
    },
    /** Waits for words in the modal on top, which may have become another one. */
    async seesInModal(words: RegExp): Promise<Locator> {
      const modal = page.getByRole('dialog').filter({ hasText: words }).last();
      await modal.waitFor().catch(async (error: Error) => {
        throw new Error(
          `${error.message}; there is\n${(await page.getByRole('dialog').allInnerTexts()).join('\n--\n')}`,
        );
      });
      return modal;
    },
    async closesAll(): Promise<void> {
      if ((await page.getByRole('dialog').count()) > 0) await this.closesModal();
    },
    async closesModal(): Promise<void> {
      await page.getByRole('dialog').last().getByRole('button', { name: 'Close' }).first().click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
  };
}
