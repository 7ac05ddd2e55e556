// What developers read who sign in with their company, and who agree to the portal's terms.
import { startCompany } from '../support/company.ts';
import type { Page } from './page.ts';
import { setStage } from './stage.ts';
import { createBrowser, type Portal, ticketTo } from './walk-portal.ts';

type Browser = ReturnType<typeof createBrowser>;
type Company = Awaited<ReturnType<typeof startCompany>>;

const SIGN_IN = '/portal/sign-in/acme';
const FINISH = '/portal/sign-in/finish';

/** On a stage of its own: no page of the other one has these settings. */
export async function walkCompany(page: Page, visited: Set<string>): Promise<void> {
  const company = await startCompany('acme', 'https://apis.example.com');
  const stage = await setStage(page, {
    ...company.settings,
    TERMS_URL: 'https://example.com/terms',
    TERMS_VERSION: '2026-03',
    PRIVACY_URL: 'https://example.com/privacy',
  });
  const portal = { stage, page, visited };
  try {
    page.chapter('Developers with a company account');
    const grace = createBrowser(portal, 'Grace');
    await signingUp(portal, company, grace);
    await byMail(portal, company);
    await claiming(portal, company);
  } finally {
    await stage.close();
    await company.close();
  }
}

async function signingUp({ stage }: Portal, company: Company, grace: Browser): Promise<void> {
  company.employs('grace', { firstName: 'Grace', lastName: 'Osei' });
  await grace.opens('/portal/sign-in');
  await grace.opens(SIGN_IN);
  await grace.opens('/portal/sign-up');
  await grace.opens(`${SIGN_IN}/callback?state=none`);
  await grace.sends(SIGN_IN);
  await grace.comesBack('Acme', 'grace');
  // One name is enough.
  await grace.sends(FINISH, { firstName: '', lastName: 'Osei' });
  await grace.opens(FINISH);
  await stage.types('approver', '/apim-user show grace@acme.example');
  await stage.presses('approver', 'account-activate');
  await grace.sends(SIGN_IN);
  await grace.comesBack('Acme, which is down,', 'grace', () => company.setDown(true));
  company.setDown(false);
  await grace.sends(SIGN_IN);
  await grace.comesBack('Acme', 'grace');
  await grace.sends('/portal/terms', { version: '2026-03' });
  await grace.sends('/portal/terms', { version: '2026-02', terms: 'yes' });
  await grace.sends('/portal/terms', { version: '2026-03', terms: 'yes' });
  await grace.opens('/portal/account');
  await grace.opens('/portal/account/sign-ins');
  await grace.sends('/portal/account/sign-ins', { connect: 'acme' });
}

/** The company never asked whether the email is hers. */
async function byMail(portal: Portal, company: Company): Promise<void> {
  const ines = createBrowser(portal, 'Inês');
  company.employs('ines', { firstName: 'Inês', lastName: 'Rocha', isEmailVerified: false });
  await ines.sends(SIGN_IN);
  await ines.comesBack('Acme', 'ines');
  await ines.sends(FINISH, { email: 'ines@acme.example', firstName: 'Inês', lastName: 'Rocha' });
  const ticket = await ticketTo(portal, 'ines@acme.example');
  await ines.opens(`/email/confirm?ticket=${ticket}`);
  await ines.sends(SIGN_IN, { of: 'email-confirmation', ticket });
  await ines.comesBack('Acme', 'ines');
  await ines.sends(FINISH);
}

/** An account has the email already. */
async function claiming(portal: Portal, company: Company): Promise<void> {
  const { stage } = portal;
  const hugo = createBrowser(portal, 'Hugo');
  company.employs('hugo', { firstName: 'Hugo', lastName: 'Lind' });
  await stage.types('admin', '/apim-user add hugo@acme.example Hugo Lind');
  const earlier = await ticketTo(portal, 'hugo@acme.example');
  await hugo.sends(SIGN_IN);
  await hugo.comesBack('Acme', 'hugo');
  await hugo.sends('/password/forgot', { email: 'hugo@acme.example' });
  const ticket = await ticketTo(portal, 'hugo@acme.example', earlier);
  await hugo.opens(`/password/reset?ticket=${ticket}`);
  await hugo.sends(SIGN_IN, { of: 'password-reset', ticket });
  await hugo.comesBack('Acme', 'hugo');
  await hugo.sends(FINISH);
}
