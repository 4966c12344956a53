"""Group robots: webhooks that write sentences into a group of a chat, such as 企业微信."""
