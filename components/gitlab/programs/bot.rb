# Run by Rails in the instance, after lines that set `host` and `secret`: the platform's own administrator, and one token for it.
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
bot.update!(admin: true)
bot.personal_access_tokens.where(name: 'platform', revoked: false).each { |old| old.update!(revoked: true) }
token = bot.personal_access_tokens.create(name: 'platform', scopes: %w[api admin_mode], expires_at: 364.days.from_now)
token.set_token(secret)
token.save!
puts 'platform: done'
