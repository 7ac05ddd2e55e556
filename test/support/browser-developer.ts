// A developer: a person with a mailbox and a browser, without Slack.
import type { Locator, Page } from 'playwright-core';

export type BrowserDeveloper = ReturnType<typeof createBrowserDeveloper>;

export function createBrowserDeveloper(page: Page) {
  const inbox = page.getByRole('complementary', { name: 'Inbox' });
  const rows = (address: string, subject: RegExp): Locator =>
    inbox
      .getByRole('list', { name: 'Mails' })
      .getByRole('button')
      .filter({ hasText: `to ${address}` })
      .filter({ hasText: subject });

  async function backToAll(): Promise<void> {
    const back = inbox.getByRole('button', { name: 'All mail' });
    if (await back.isVisible()) await back.click();
  }

  /** Opens the newest such mail once there are `count` of them, and returns its body. */
  async function reads(address: string, subject: RegExp, count = 1): Promise<Locator> {
    // The tab of an earlier link may be in front, and a page in the background opens no tab.
    await page.bringToFront();
    await backToAll();
    await rows(address, subject)
      .nth(count - 1)
      .waitFor();
    await rows(address, subject).first().click();
    const body = inbox
      .locator('iframe')
      .contentFrame()
      .getByRole('article')
      .or(inbox.locator('iframe').contentFrame().locator('body'))
      .first();
    await body.waitFor();
    return body;
  }

  return {
    page,
    inbox,
    reads,
    async mailsTo(address: string, subject: RegExp): Promise<number> {
      await backToAll();
      return rows(address, subject).count();
    },
    /** The path and query of a mail's link, for a window that is not the mailbox's. */
    async pathIn(address: string, subject: RegExp, link: RegExp): Promise<string> {
      const body = await reads(address, subject);
      const href = await body.getByRole('link', { name: link }).first().getAttribute('href');
      const { pathname, search } = new URL(href ?? '');
      return `${pathname}${search}`;
    },
    /** Follows the link of a mail into a tab of its own. */
    async follows(address: string, subject: RegExp, link: RegExp, count = 1): Promise<Page> {
      const body = await reads(address, subject, count);
      const [tab] = await Promise.all([
        page.waitForEvent('popup'),
        body.getByRole('link', { name: link }).first().click(),
      ]);
      await tab.waitForLoadState();
      return tab;
    },
  };
}
