// Where an instance of Azure API Management is, and what of it may be trusted with a credential.

/** The only endpoints that get a token of the default credential. */
export const AZURE_ENDPOINTS = [
  'https://management.azure.com',
  'https://management.usgovcloudapi.net',
  'https://management.chinacloudapi.cn',
] as const;

export const isAzureEndpoint = (endpoint: string): boolean => AZURE_ENDPOINTS.some((one) => one === endpoint);

/** Azure takes ids in any case. */
export const isSameInstance = (path: string, other: string): boolean =>
  path.toLowerCase() === other.toLowerCase();
