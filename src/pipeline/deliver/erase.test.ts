import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aFeed, aQuarantinedEvent, aRedrive, aWebhook } from '../../../test/support/records.ts';
