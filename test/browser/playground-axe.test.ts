import { describe, expect } from 'vitest';
import { faultsOnPage } from '../support/axe.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);

describe('axe finds nothing serious in the playground', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    story(colorScheme, async () => {
      const page = await app.open('/playground?as=U0ADAADMIN&pane=inbox', { colorScheme });
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user ');
      await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
      expect(await faultsOnPage(page), 'composer and inbox').toEqual([]);
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user');
      await page.keyboard.press('Enter');
      await page.getByRole('article').last().getByRole('button').first().waitFor();
      await page.getByRole('button', { name: 'Inspector', exact: true }).click();
      const deliveries = page.getByRole('table', { name: 'Deliveries' });
      await deliveries
        .getByRole('button', { name: /^command/ })
        .first()
        .click();
      await deliveries.getByRole('region', { name: 'What was sent' }).waitFor();
      expect(await faultsOnPage(page), 'menu and inspector').toEqual([]);
      await page.getByRole('textbox', { name: /^Message/ }).fill('/apim-user add');
      await page.keyboard.press('Enter');
      const modal = page.getByRole('dialog', { name: 'Add an account' });
      await modal.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('alert').first().waitFor();
      expect(await faultsOnPage(page), 'modal with faults').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Home', exact: true }).click();
      await page.getByRole('region', { name: /Home/ }).getByRole('button').first().waitFor();
      expect(await faultsOnPage(page), 'Home').toEqual([]);
    });
  }
});
