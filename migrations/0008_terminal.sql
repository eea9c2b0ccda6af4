-- The terminal has settings as a channel has, and is in no workspace; all other channels go with theirs.
ALTER TABLE chat_channel
  DROP CONSTRAINT chat_channel_tenant_id_platform_workspace_fkey,
  ADD COLUMN workspace_platform text GENERATED ALWAYS AS (NULLIF(platform, 'terminal')) STORED,
  ADD FOREIGN KEY (tenant_id, workspace_platform, workspace)
    REFERENCES chat_workspace (tenant_id, platform, workspace) ON DELETE CASCADE,
  ADD FOREIGN KEY (tenant_id) REFERENCES tenant;
