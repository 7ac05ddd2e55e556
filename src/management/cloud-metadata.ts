// What a custom cloud of Azure's clients must know: where to sign in, and where to send requests.
import type { OidcSettings } from './oidc-settings.ts';

/** Clients build addresses of other services from these, and call none of them. */
const SUFFIXES = {
  storage: 'core.windows.net',
  keyVaultDns: 'vault.azure.net',
  sqlServerHostname: 'database.windows.net',
  acrLoginServer: 'azurecr.io',
  azureDataLakeStoreFileSystem: 'azuredatalakestore.net',
  azureDataLakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
  azureFrontDoorEndpointSuffix: 'azurefd.net',
};

/**
 * The document of an api-version: one object before 2018 and from 2022-09-01, a list of one cloud between. `issuer` is the
 * OIDC issuer when this server gives no tokens itself. Null without a version.
 */
export function cloudMetadata(url: string, issuer: OidcSettings | null, version = ''): unknown {
  if (!/^\d{4}-\d{2}-\d{2}/.test(version)) return null;
  const audience = issuer?.audiences[0] ?? url;
  const authority = issuer ? new URL(issuer.issuer).origin : url;
  // az 2.45 reads the older versions. It asks Microsoft about every authority, but one in the form of ADFS.
  const loginEndpoint = issuer || version >= '2020' ? authority : `${authority}/adfs`;
  const authentication = { loginEndpoint, audiences: [audience], tenant: 'common', identityProvider: 'AAD' };
  if (version < '2018')
    return {
      galleryEndpoint: url,
      graphEndpoint: url,
      portalEndpoint: url,
      authentication: { loginEndpoint, audiences: [audience] },
    };
  const cloud = {
    name: 'apim-user',
    authentication,
    resourceManager: url,
    portal: url,
    graph: url,
    graphAudience: audience,
    microsoftGraphResourceId: audience,
    gallery: url,
    batch: url,
    media: url,
    sqlManagement: url,
    vmImageAliasDoc: url,
    activeDirectoryDataLake: url,
    suffixes: SUFFIXES,
  };
  return version < '2022-09' ? [cloud] : cloud;
}
