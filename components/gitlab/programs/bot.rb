# Run by Rails in the instance, after lines that set `host` and `secret`: the platform's own administrator, and one more token for it.
bot = User.find_by_username('platform-bot')
if bot.nil?
  password = SecureRandom.hex(32)
  bot = User.new(
    username: 'platform-bot',
    name: 'Hosting platform',
    email: "platform-bot@#{host}",
    password: password,
    password_confirmation: password,
    admin: true
  )
  bot.assign_personal_namespace(Organizations::Organization.default_organization)
  bot.skip_confirmation!
  bot.save!
end
# Blocked, banned or deactivated, it would be refused with any token: all of these have this one way back.
bot.activate! unless bot.active?
bot.update!(admin: true)
# A longer life than the instance allows (of Ultimate) makes a token invalid.
days = [364, Gitlab::CurrentSettings.max_personal_access_token_lifetime].compact.min
token = bot.personal_access_tokens.create(name: 'platform', scopes: %w[api admin_mode], expires_at: days.days.from_now)
token.set_token(secret)
token.save!
puts 'platform: done'
