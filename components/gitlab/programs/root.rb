# Run by Rails in the instance, after a line that sets `secret`: the first password of its first administrator.
root = User.find_by_username('root')
root.password = secret
root.password_confirmation = secret
root.save!
puts 'platform: done'
