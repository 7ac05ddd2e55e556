// What programs say about an API beside its name and path, by Azure's names. The gateway serves it, so this is kept and
// returned as it was given.
// Source: Azure, ApiContractProperties 2024-05-01 and its limits; where it has none, ours.
import { z } from 'zod';

export const API_TYPES = ['http', 'soap', 'websocket', 'graphql', 'odata', 'grpc'] as const;
export const PROTOCOLS = ['http', 'https', 'ws', 'wss'] as const;
const TOKEN_PLACES = ['authorizationHeader', 'query'] as const;
const MAX_SERVERS = 20;

const text = (max: number) => z.string('must be a string').max(max, `at most ${max} characters`).optional();
const oAuth2 = z.strictObject({ authorizationServerId: text(1_000), scope: text(1_000) });
const openid = z.strictObject({
  openidProviderId: text(1_000),
  bearerTokenSendingMethods: z.array(z.enum(TOKEN_PLACES)).max(TOKEN_PLACES.length).optional(),
});

export const API_PROPERTIES = {
  description: text(10_000),
  serviceUrl: text(2_000),
  type: z.enum(API_TYPES).optional(),
  /** A set: programs send them in any order. */
  protocols: z
    .array(z.enum(PROTOCOLS))
    .max(20, 'at most 20')
    .transform((given) => PROTOCOLS.filter((one) => given.includes(one)))
    .optional(),
  subscriptionRequired: z.boolean('must be true or false').optional(),
  apiVersion: text(100),
  apiVersionDescription: text(256),
  apiVersionSetId: text(1_000),
  apiRevisionDescription: text(256),
  termsOfServiceUrl: text(2_000),
  contact: z.strictObject({ name: text(300), url: text(2_000), email: text(254) }).optional(),
  license: z.strictObject({ name: text(300), url: text(2_000) }).optional(),
  authenticationSettings: z
    .strictObject({
      oAuth2: oAuth2.optional(),
      openid: openid.optional(),
      oAuth2AuthenticationSettings: z.array(oAuth2).max(MAX_SERVERS, `at most ${MAX_SERVERS}`).optional(),
      openidAuthenticationSettings: z.array(openid).max(MAX_SERVERS, `at most ${MAX_SERVERS}`).optional(),
    })
    .optional(),
};
export const apiProperties = z.strictObject(API_PROPERTIES);
