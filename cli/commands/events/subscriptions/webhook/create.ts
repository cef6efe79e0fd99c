import { subscriptionCreate } from '../../../../lib/subscription-commands.ts';

export default subscriptionCreate('webhook');
