// The company of the playground, and how the app signs in with it.
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Colleague } from './company.ts';

const MOUNT_PATH = '/playground/company';
/** A name only: the app and the browser reach it where the playground is. */
const ISSUER = `http://localhost${MOUNT_PATH}`;
const NAME = 'acme';

/** The last one has an email that was never verified. */
const COLLEAGUES: readonly Colleague[] = [
  {
    subject: 'grace',
    email: 'grace@acme.example',
    isEmailVerified: true,
    firstName: 'Grace',
    lastName: 'Osei',
  },
  { subject: 'hugo', email: 'hugo@acme.example', isEmailVerified: true, firstName: 'Hugo', lastName: 'Lind' },
  {
    subject: 'ines',
    email: 'ines@acme.example',
    isEmailVerified: false,
    firstName: 'Inês',
    lastName: 'Rocha',
  },
];

const SECRET = randomBytes(24).toString('base64url');

/** As the settings of a real provider would say it. */
export const COMPANY_SETTINGS = {
  name: NAME,
  kind: 'OpenIdConnect',
  protocol: 'oidc',
  issuer: ISSUER,
  clientId: 'apim-user',
  clientSecret: SECRET,
  scopes: 'openid email profile',
  label: 'Acme',
  domains: [],
  signUp: 'approval',
  signsOut: true,
} as const;

/** Where this process reaches the company. */
export const addressOfCompany = (url: string, localUrl: string): string =>
  url.startsWith(`${ISSUER}/`) ? `${localUrl}${MOUNT_PATH}${url.slice(ISSUER.length)}` : url;

/** The provider is loaded and made with the first request: it takes half a second, and the app's address is known by then. */
export function createMountedCompany(publicUrls: () => readonly string[]): RequestListener {
  let making: Promise<RequestListener> | null = null;
  const make = async () => {
    const { createCompany } = await import('./company.ts');
    return createCompany({
      issuer: ISSUER,
      mountPath: MOUNT_PATH,
      client: {
        id: COMPANY_SETTINGS.clientId,
        secret: SECRET,
        redirectUris: publicUrls().map((url) => `${url}/portal/sign-in/${NAME}/callback`),
        afterSignOut: publicUrls().map((url) => `${url}/portal`),
      },
      colleagues: () => COLLEAGUES,
    });
  };
  return (req, res) => {
    making ??= make();
    making.then(
      (listener) => listener(req, res),
      () => res.writeHead(500).end(),
    );
  };
}
