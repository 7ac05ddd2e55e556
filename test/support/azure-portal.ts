// Stands in for the developer portal of an Azure API Management: it delegates by signed links, and signs in by a token.
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DelegatedOperation } from '../../src/domain/azure-delegation.ts';
import type { ArmStandIn } from './arm-stand-in.ts';

/** As https://learn.microsoft.com/azure/api-management/api-management-howto-setup-delegation says. */
const SIGNED: Record<DelegatedOperation, readonly string[]> = {
  SignIn: ['returnUrl'],
  SignUp: ['returnUrl'],
  ChangePassword: ['userId'],
  ChangeProfile: ['userId'],
  CloseAccount: ['userId'],
  SignOut: ['userId'],
  Subscribe: ['productId', 'userId'],
  Unsubscribe: ['subscriptionId'],
  Renew: ['subscriptionId'],
};

/** `arm`: the instance that gives the tokens. */
export async function startAzurePortal({ arm }: { arm: () => Pick<ArmStandIn, 'userOf'> }) {
  const key = randomBytes(64).toString('base64');
  /** Who was signed in by a token, and what was opened after it. */
  const signedIn: { user: string; returnUrl: string; referer: string | undefined }[] = [];
  const opened: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://portal');
    opened.push(pathname);
    if (pathname !== '/signin-sso') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Developer portal</title>');
      return;
    }
    const user = arm().userOf(searchParams.get('token') ?? '');
    const returnUrl = searchParams.get('returnUrl') ?? '/';
    if (user === null) return void response.writeHead(401).end();
    signedIn.push({ user, returnUrl, referer: request.headers.referer });
    response.writeHead(302, { location: returnUrl }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  /** The path of the link that the portal sends a browser to. `tamper`: what is changed after it was signed. */
  function link(
    operation: DelegatedOperation,
    fields: Record<string, string>,
    tamper: Record<string, string | null> = {},
  ): string {
    const salt = randomBytes(16).toString('base64');
    const text = [salt, ...SIGNED[operation].map((name) => fields[name])].join('\n');
    const sig = createHmac('sha512', Buffer.from(key, 'base64')).update(text).digest('base64');
    const query = { operation, ...fields, salt, sig, ...tamper };
    const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== null);
    return `/portal/delegation?${new URLSearchParams(given)}`;
  }
  return {
    url,
    signedIn,
    opened,
    link,
    settings: { AZURE_DELEGATION_KEY: key, AZURE_DEVELOPER_PORTAL_URL: url },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
