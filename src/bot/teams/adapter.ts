import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import type { TeamsSettings } from './settings.js';
import type { TokenSource } from './token.js';

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const API = 'https://api.botframework.com';
/** Callers that are no channel, whom the gate lets through as little. */
const OTHERS = 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration';
const CALLER = 'urn:botframework:azure';

/** Microsoft's own adapter, which checks every token again, and the endorsement of its key for the channel. */
export function cloudAdapter(settings: TeamsSettings, tokens: TokenSource): CloudAdapter {
  const { appId, tenantId, authority, openIdUrl } = settings;
  const authentication = new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: appId,
      MicrosoftAppTenantId: tenantId,
      ToChannelFromBotLoginUrl: `${authority}/${tenantId}`,
      ToChannelFromBotOAuthScope: API,
      ToBotFromChannelTokenIssuer: API,
      OAuthUrl: API,
      ToBotFromChannelOpenIdMetadataUrl: openIdUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: OTHERS,
      CallerId: CALLER,
    },
    {
      isValidAppId: (id) => Promise.resolve(id === appId),
      // Nothing can switch it off.
      isAuthenticationDisabled: () => Promise.resolve(false),
      createCredentials: () =>
        Promise.resolve({
          signRequest: async (request) => {
            request.headers.set('authorization', `Bearer ${await tokens.token()}`);
            return request;
          },
        }),
    },
  );
  return new CloudAdapter(authentication);
}
