# Users, their keys and their tokens.
require_relative "api"

module Standin
  module Api
    def self.user(record)
      { "id" => record.id, "username" => record.username, "name" => record.name, "state" => record.state, "email" => record.email,
        "is_admin" => record.admin?, "bot" => record.user_type != 0, "created_at" => record.created_at.utc.iso8601(3),
        "web_url" => "#{Settings.applied["external_url"].chomp("/")}/#{record.username}" }
    end

    def self.token(record, secret = nil)
      { "id" => record.id, "name" => record.name, "revoked" => record.revoked, "created_at" => record.created_at.utc.iso8601(3),
        "description" => record.description, "scopes" => record.scopes, "user_id" => record.user_id, "last_used_at" => nil,
        "active" => record.active?, "expires_at" => record.expires_at&.to_s, **(secret ? { "token" => secret } : {}) }
    end

    def self.key(record)
      { "id" => record.id, "title" => record.title, "key" => record.key, "created_at" => record.created_at.utc.iso8601(3),
        "expires_at" => nil, "usage_type" => "auth_and_signing" }
    end

    def self.find_user(call, id = call.ids[0]) = call.found(User.find_by(id: id.to_i), "User ")

    on("GET", "user", scopes: %w[api read_user]) { |call| user(call.user) }
    on("GET", "users", scopes: %w[api read_user]) do |call|
      wanted = call.params["username"]
      found = wanted ? User.where(username: wanted) : User.all
      List.new(found.map { |one| user(one) })
    end
    on("GET", "users/:id", scopes: %w[api read_user]) { |call| user(find_user(call)) }
    on("POST", "users", by: :admin) do |call|
      password = call.params["password"] || SecureRandom.hex(16)
      admin = [true, "true"].include?(call.params["admin"])
      made = User.create!(username: call.param("username"), name: call.param("name"), email: call.param("email"),
                          admin: admin, password: password)
      [201, user(made)]
    end
    on("DELETE", "users/:id", by: :admin) do |call|
      find_user(call).destroy
      [204, nil]
    end

    %w[block unblock].each do |verb|
      on("POST", "users/:id/#{verb}", by: :admin) do |call|
        done = find_user(call).public_send(verb == "block" ? :block : :activate)
        done ? [201, true] : raise(Refusal.new(403, { "message" => "403 Forbidden" }))
      end
    end

    # A key has a kind and a body in base64, as OpenSSH writes it.
    def self.add_key(owner, call)
      text = call.param("key").split.first(2).join(" ")
      unless text.match?(%r{\A(ssh-(rsa|ed25519)|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+=*\z})
        raise Refusal.new(400, { "message" => { "key" => ["is invalid"] } })
      end
      raise Refusal.new(400, { "message" => { "fingerprint_sha256" => ["has already been taken"] } }) if Key.find_by(key: text)

      [201, key(Key.create!(user_id: owner.id, title: call.param("title"), key: text))]
    end

    on("GET", "user/keys", scopes: %w[api read_user]) { |call| List.new(call.user.keys.map { |one| key(one) }) }
    on("POST", "user/keys") { |call| add_key(call.user, call) }
    on("DELETE", "user/keys/:id") do |call|
      call.found(call.user.keys.find_by(id: call.ids[0].to_i), "Key ").destroy
      [204, nil]
    end
    on("POST", "users/:id/keys", by: :admin) { |call| add_key(find_user(call), call) }

    def self.make_token(owner, call)
      record, secret = PersonalAccessToken.made(
        user_id: owner.id, name: call.param("name"), scopes: Array(call.param("scopes")), expires_at: call.params["expires_at"]
      )
      [201, token(record, secret)]
    end

    on("GET", "personal_access_tokens/self", scopes: %w[api read_user]) { |call| token(call.token) }
    on("POST", "personal_access_tokens/self/rotate", scopes: %w[api self_rotate]) do |call|
      call.token.revoke!
      record, secret = PersonalAccessToken.made(
        user_id: call.user.id, name: call.token.name, scopes: call.token.scopes,
        expires_at: call.params["expires_at"] || (Date.today + 7).to_s
      )
      token(record, secret)
    end
    on("GET", "personal_access_tokens") do |call|
      rows = call.user.admin? ? PersonalAccessToken.all : PersonalAccessToken.where(user_id: call.user.id)
      revoked, owner = call.params.values_at("revoked", "user_id")
      rows = rows.select { |one| one.revoked.to_s == revoked } if revoked
      rows = rows.select { |one| one.user_id == owner.to_i } if owner
      List.new(rows.map { |one| token(one) })
    end
    on("DELETE", "personal_access_tokens/:id") do |call|
      found = call.found(PersonalAccessToken.find_by(id: call.ids[0].to_i), "")
      raise Refusal.new(404, { "message" => "404 Not Found" }) unless call.user.admin? || found.user_id == call.user.id

      found.revoke!
      [204, nil]
    end
    on("POST", "users/:id/personal_access_tokens", by: :admin) { |call| make_token(find_user(call), call) }
  end
end
